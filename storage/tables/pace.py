"""How fast each account may speak, kept where every process of the installation sees it."""
