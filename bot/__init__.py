"""The part of Guanjia that talks with people."""
