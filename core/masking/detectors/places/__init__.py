"""Street addresses and postcodes.

Others use `streets.streets` and `postcodes.postcodes`, each with its `TRIGGERS`.
"""
