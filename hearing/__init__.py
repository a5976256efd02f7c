"""The law: acts are asked, rules judge, facts are written. No clock, no await, no I/O outside ``registry``."""
