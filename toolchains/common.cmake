# What all targets have in common. Before this a target sets CMAKE_SYSTEM_PROCESSOR, DOORCALL_TRIPLE
# (how the names of its compilers begin), DOORCALL_EMULATOR (what runs its programs here) and, if it
# is not the triple, DOORCALL_LIBRARIES (the folder of its libraries below usr/lib).
set(CMAKE_SYSTEM_NAME Linux)
if(NOT DOORCALL_SYSROOT)
  set(DOORCALL_SYSROOT "$ENV{DOORCALL_SYSROOT}")
endif()
if(NOT DOORCALL_SYSROOT OR NOT EXISTS "${DOORCALL_SYSROOT}/usr/include")
  message(FATAL_ERROR "DOORCALL_SYSROOT is '${DOORCALL_SYSROOT}', but it must be a folder with the "
    "target's usr/include and libraries. 'toolchains/sysroot TARGET DIR' makes one from Debian's "
    "packages; for those of SDKs see toolchains/README.md")
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DOORCALL_SYSROOT DOORCALL_TRIPLE)
if(NOT DOORCALL_LIBRARIES)
  set(DOORCALL_LIBRARIES ${DOORCALL_TRIPLE})
endif()

set(CMAKE_SYSROOT ${DOORCALL_SYSROOT})
set(CMAKE_CXX_COMPILER ${DOORCALL_TRIPLE}-g++)
# Debian's cross compilers have a C library of their own, which would go before the sysroot's.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -L${CMAKE_SYSROOT}/usr/lib/${DOORCALL_LIBRARIES}")
string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT " -L${CMAKE_SYSROOT}/usr/lib/${DOORCALL_LIBRARIES}")
if(DOORCALL_EMULATOR)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${DOORCALL_EMULATOR} -L ${CMAKE_SYSROOT})
endif()

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${CMAKE_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} "${CMAKE_SYSROOT}/usr/lib/${DOORCALL_LIBRARIES}/pkgconfig:\
${CMAKE_SYSROOT}/usr/lib/pkgconfig:${CMAKE_SYSROOT}/usr/share/pkgconfig")
