"""What an adapter must show before it serves: figures on held-back rows, and parity with every engine."""
