"""What is thrown at the whole house: names of files, strings, uploads."""
