"""What travels: bodies as clients send them, and answers as they read them."""
