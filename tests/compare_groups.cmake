# Fails unless the groups inside a CppUTest program are exactly those registered with CTest.
# Usage: cmake -DRUNNER=<program> -DGROUPS=<a,b,c> -DLIST=<file> -P compare_groups.cmake
execute_process(COMMAND ${RUNNER} -lg OUTPUT_VARIABLE found)
string(REGEX MATCHALL "[A-Za-z0-9_]+" found "${found}")
string(REPLACE "," ";" listed "${GROUPS}")
set(unlisted ${found})
list(REMOVE_ITEM unlisted ${listed})
set(missing ${listed})
list(REMOVE_ITEM missing ${found})
if(unlisted OR missing OR NOT found)
  message(FATAL_ERROR "${RUNNER} has test groups that are not in ${LIST}: '${unlisted}'; "
    "listed groups that it does not have: '${missing}'. Correct the list.")
endif()
