"""What the WeChat and WeCom channels must remember: tokens, windows, nonces, cards."""
