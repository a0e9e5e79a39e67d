"""Every sentence of the rules in Chinese, by noun. The English is the key; both name the same blanks."""
