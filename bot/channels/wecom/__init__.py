"""WeCom (企业微信), where staff work: cards with buttons in private, links in groups."""
