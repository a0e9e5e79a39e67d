"""What goes on without anybody asking: each pass reads what is due, thinks outside a Work, and records inside one."""
