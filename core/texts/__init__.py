"""What people write: HTML as plain text, a mail's own words apart from older mail, and texts as classic models
and tests of robustness need them.

Import the modules: `html`, `mail`, `documents`, `classic` and `changes`.
"""
