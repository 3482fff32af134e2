"""WeChat's official account (服务号), where most owners are."""
