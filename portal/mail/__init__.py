"""What leaves by mail: one queue for every mail, whoever it is for."""
