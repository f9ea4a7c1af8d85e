"""`python -m tools.hashschema`: write the schema tables anew."""

from tools.hashschema.generate import TARGET, text

TARGET.write_text(text(), encoding="utf-8")
print(f"hashschema: wrote {TARGET.name}")
