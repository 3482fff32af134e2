"""What is said to whole estates: who may say it, whom it reaches, and what they answer."""
