SUMMARY = "Calling agent for intercoms and doorbells over MQTT"
DESCRIPTION = "There is no call server: any MQTT broker that all devices can reach will do."
SECTION = "net"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=b5d28303e47e1e9d27a883e5c99185b2"

# The tree that this layer is part of.
inherit externalsrc cmake pkgconfig systemd update-rc.d useradd
EXTERNALSRC = "${THISDIR}/../../../.."

DEPENDS = "cjson cli11 mosquitto msgpack-cpp tomlplusplus"

PACKAGECONFIG ??= "tls gpio evdev ${@bb.utils.filter('DISTRO_FEATURES', 'systemd', d)}"
PACKAGECONFIG[tls] = "-DDOORCALL_TLS=ON,-DDOORCALL_TLS=OFF,openssl"
PACKAGECONFIG[gpio] = "-DDOORCALL_GPIO=ON,-DDOORCALL_GPIO=OFF,libgpiod"
PACKAGECONFIG[evdev] = "-DDOORCALL_EVDEV=ON,-DDOORCALL_EVDEV=OFF,libevdev"
PACKAGECONFIG[systemd] = "-DDOORCALL_SERVICE=systemd,-DDOORCALL_SERVICE=init"
PACKAGECONFIG[gstreamer] = "-DDOORCALL_GSTREAMER=ON,-DDOORCALL_GSTREAMER=OFF,gstreamer1.0 gstreamer1.0-plugins-base"

EXTRA_OECMAKE = "-DDOORCALL_LINK=mosquitto -DDOORCALL_TESTS=OFF"

SYSTEMD_SERVICE:${PN} = "doorcalld.service"
INITSCRIPT_NAME = "doorcalld"
USERADD_PACKAGES = "${PN}"
USERADD_PARAM:${PN} = "--system --no-create-home --user-group --shell /sbin/nologin doorcall"

FILES:${PN} += "${systemd_system_unitdir} ${libdir}/sysusers.d ${nonarch_libdir}/udev"
FILES:${PN}-dev += "${libdir}/cmake"
PACKAGES =+ "${PN}-hooks"
FILES:${PN}-hooks = "${libexecdir}/doorcall/hooks"
RDEPENDS:${PN}-hooks = "python3-core"
