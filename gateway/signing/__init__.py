"""What the gateway signs: global ids and links. A signature proves that the gateway issued the text."""
