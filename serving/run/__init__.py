"""The batch run: options, session, preparation, plan, answers, record. Others use `api` and `session`."""
