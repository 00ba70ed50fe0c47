"""What to do: a catalogue of actions (`catalogue`, `catalogue.toml`) and what each would reach and cost (`planning`).

The catalogue is data that users change; nothing here claims that an action helps.
"""
