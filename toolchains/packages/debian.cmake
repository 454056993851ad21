# Debian packages of what is installed, by CPack: `cpack -G DEB` in a build with the prefix /usr.
# `./dev package` makes them for each architecture.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME doorcall)
set(CPACK_PACKAGE_CONTACT "doorcall contributors <doorcall@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_ALL programs service hooks development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(architectures x86_64 amd64 aarch64 arm64 armv7 armhf i686 i386)
list(FIND architectures ${CMAKE_SYSTEM_PROCESSOR} at)
if(at GREATER -1)
  math(EXPR at "${at} + 1")
  list(GET architectures ${at} CPACK_DEBIAN_PACKAGE_ARCHITECTURE)
endif()

# What Debian 12 calls the libraries. Named here, since dpkg-shlibdeps can't look into a sysroot; a
# test compares with what it finds for the machine's own architecture.
set(libraries libc6 libgcc-s1 libstdc++6 libcjson1 libssl3)
set(libraries_paho libpaho-mqttpp3-1 libpaho-mqtt1.3)
set(libraries_mosquitto libmosquitto1)
list(APPEND libraries ${libraries_${DOORCALL_LINK}})
if(NOT DOORCALL_TOML_WITHIN)
  list(APPEND libraries libtomlplusplus3)
  set(development_toml libtomlplusplus-dev)
endif()
set(library_gpiod libgpiod2)
set(library_evdev libevdev2)
foreach(optional ${DOORCALL_OPTIONAL})
  list(APPEND libraries ${library_${optional}})
endforeach()

set(CPACK_COMPONENT_PROGRAMS_GROUP daemon)
set(CPACK_COMPONENT_SERVICE_GROUP daemon)
set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME doorcall)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION net)
set(CPACK_COMPONENT_GROUP_DAEMON_DESCRIPTION "${PROJECT_DESCRIPTION}
 The daemon, its command and its service. There is no call server: any MQTT
 broker that all devices can reach will do.")
list(JOIN libraries ", " CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS)
string(APPEND CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS ", init-system-helpers, systemd")
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "doorcall-hooks, mosquitto")
foreach(script postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_LIST_DIR}/debian/${script})
endforeach()

set(CPACK_COMPONENT_HOOKS_GROUP media)
set(CPACK_DEBIAN_MEDIA_PACKAGE_NAME doorcall-hooks)
set(CPACK_DEBIAN_MEDIA_PACKAGE_SECTION net)
set(CPACK_COMPONENT_GROUP_MEDIA_DESCRIPTION "sound and picture for doorcall
 Media hooks: programs that doorcall starts for a call, on GStreamer and on
 baresip.")
set(CPACK_DEBIAN_MEDIA_PACKAGE_DEPENDS "doorcall, python3")
if(TARGET doorcall_gstreamer)
  string(APPEND CPACK_DEBIAN_MEDIA_PACKAGE_DEPENDS ", libc6, libgcc-s1, libstdc++6,"
    " libglib2.0-0, libgstreamer1.0-0, libgstreamer-plugins-base1.0-0, gstreamer1.0-plugins-base,"
    " gstreamer1.0-plugins-good")
endif()
set(CPACK_DEBIAN_MEDIA_PACKAGE_RECOMMENDS "gstreamer1.0-plugins-bad")
set(CPACK_DEBIAN_MEDIA_PACKAGE_SUGGESTS "baresip-core")

set(CPACK_COMPONENT_DEVELOPMENT_GROUP library)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libdoorcall-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_GROUP_LIBRARY_DESCRIPTION "doorcall as a C++ library
 Static library and headers for products that answer calls in their own code.")
set(development libcjson-dev libssl-dev ${development_toml})
set(development_paho libpaho-mqttpp-dev libpaho-mqtt-dev)
set(development_mosquitto libmosquitto-dev)
set(development_gpiod libgpiod-dev)
set(development_evdev libevdev-dev)
foreach(part ${DOORCALL_LINK} ${DOORCALL_OPTIONAL})
  list(APPEND development ${development_${part}})
endforeach()
list(JOIN development ", " CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS)

include(CPack)
cpack_add_component_group(daemon)
cpack_add_component_group(media)
cpack_add_component_group(library)
