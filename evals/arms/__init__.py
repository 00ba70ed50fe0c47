"""Ways to answer a task behind one seam: what an arm is (`base`), how suites name arms (`reading`), their answers.

Each kind of arm is one file in `kinds`; what is answered by a run shares `row_run`, and what asks a language model also
`model_run`. Others use `Arm`, `make_arm`, `answer_all` and the answers.
"""
