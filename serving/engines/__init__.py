"""What runs a prompt. Each folder holds one engine, and declares it in `spec`.

Others use `base`, the seam that every engine fits, `spec`, what is known of one before it starts, and `registry`, which
finds one by name. Training also uses what `local` does with a model in memory.
"""
