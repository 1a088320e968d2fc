# The front door. meson does the work; `ninja -C build` is the same as `make` after the first time.
#
#   make                  build the program (make test builds the tests too)
#   make demo             install what is missing, build, bring up a coalition of four nodes
#   make test             install what is missing, build, run every test
#   make install DESTDIR= copy the program, its man page and completions

BUILD ?= build
DESTDIR ?=
PREFIX ?= /usr/local
DEMO ?=

.PHONY: all demo test install clean

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) product

$(BUILD)/build.ninja:
	@tools/packages build ui
	@meson setup $(BUILD) --prefix=$(PREFIX) >/dev/null

demo:
	@tools/packages build ui
	@$(MAKE) --no-print-directory all
	@$(BUILD)/entente demo $(DEMO)

test:
	@tools/packages build ui test
	@/usr/bin/python3 tools/test.py

install: all
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) build-*
