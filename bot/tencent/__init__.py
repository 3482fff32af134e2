"""What WeChat and WeCom have in common: sealed callbacks, access tokens, calls of their APIs."""
