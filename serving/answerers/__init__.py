"""What answers closed fields beside a language model, and how its label probabilities join the model's.

`base` is the seam, `heads` its first implementation, `built_in` finds the heads that come with the package, `fusion`
joins probabilities. `features` and `heads_file` are for the recipe that fits heads; `stored` is how both heads and
folders lie in files.
"""
