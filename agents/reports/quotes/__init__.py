"""What customers wrote, quoted: pieces of at most 30 words, masked and word for word, and which of them are chosen.

Kinds of reports use `Collector` (`choosing`) while a table is read.
"""
