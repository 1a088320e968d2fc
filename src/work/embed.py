#!/usr/bin/env python3
"""Makes a C file that holds a file's bytes: embed.py OUTPUT SYMBOL FILE.

The bytes are `const uint8_t SYMBOL[]`, and end at `SYMBOL_end`; for the schemas of a workspace, and tables of its own.
"""
import pathlib
import sys


def main():
    out, symbol, path = sys.argv[1:]
    quoted = str(pathlib.Path(path).resolve()).replace("\\", "\\\\").replace('"', '\\"')
    pathlib.Path(out).write_text(
        f"/* Made by embed.py. */\n#include <stdint.h>\n\n"
        f'__asm__(".section .rodata\\n.global {symbol}\\n.global {symbol}_end\\n"\n'
        f'\t"{symbol}:\\n.incbin \\"" "{quoted}" "\\"\\n{symbol}_end:\\n.byte 0\\n.previous\\n");\n'
        f"extern const uint8_t {symbol}[], {symbol}_end[];\n")


if __name__ == "__main__":
    main()
