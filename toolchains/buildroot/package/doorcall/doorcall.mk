################################################################################
#
# doorcall
#
################################################################################

DOORCALL_VERSION = 0.1.0
DOORCALL_SITE = $(BR2_EXTERNAL_DOORCALL_PATH)/../..
DOORCALL_SITE_METHOD = local
DOORCALL_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude build --exclude .git
DOORCALL_LICENSE = MIT
DOORCALL_LICENSE_FILES = LICENSE
DOORCALL_DEPENDENCIES = host-pkgconf cjson cli11 mosquitto msgpack tomlplusplus
DOORCALL_CONF_OPTS = \
	-DDOORCALL_LINK=mosquitto \
	-DDOORCALL_TESTS=OFF \
	-DDOORCALL_GSTREAMER=OFF \
	-DCMAKE_INSTALL_SYSCONFDIR=/etc

ifeq ($(BR2_PACKAGE_DOORCALL_TLS),y)
DOORCALL_DEPENDENCIES += openssl
DOORCALL_CONF_OPTS += -DDOORCALL_TLS=ON
else
DOORCALL_CONF_OPTS += -DDOORCALL_TLS=OFF
endif

ifeq ($(BR2_PACKAGE_DOORCALL_GPIO),y)
DOORCALL_DEPENDENCIES += libgpiod2
DOORCALL_CONF_OPTS += -DDOORCALL_GPIO=ON
else
DOORCALL_CONF_OPTS += -DDOORCALL_GPIO=OFF
endif

ifeq ($(BR2_PACKAGE_DOORCALL_EVDEV),y)
DOORCALL_DEPENDENCIES += libevdev
DOORCALL_CONF_OPTS += -DDOORCALL_EVDEV=ON
else
DOORCALL_CONF_OPTS += -DDOORCALL_EVDEV=OFF
endif

ifeq ($(BR2_INIT_SYSTEMD),y)
DOORCALL_CONF_OPTS += -DDOORCALL_SERVICE=systemd
else
DOORCALL_CONF_OPTS += -DDOORCALL_SERVICE=init
define DOORCALL_INSTALL_INIT_SYSV
	mv $(TARGET_DIR)/etc/init.d/doorcalld $(TARGET_DIR)/etc/init.d/S80doorcalld
endef
endif

define DOORCALL_USERS
	doorcall -1 doorcall -1 * - - gpio,input doorcall
endef

$(eval $(cmake-package))
