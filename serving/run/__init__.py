"""The batch run: options, session, preparation, plan, answers, record.

Others use `api` and `session` to run, `options` to say what, `prepare` and `answering` to ask as a run does,
`manifests` to know what an adapter was trained under, and `calibrated` to know what a calibration holds for.
"""
