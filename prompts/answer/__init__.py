"""How an answer is decoded: fields of the output model, label tries, grammars. Others use `form` and `fields`."""
