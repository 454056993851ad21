include $(sort $(wildcard $(BR2_EXTERNAL_DOORCALL_PATH)/package/*/*.mk))
