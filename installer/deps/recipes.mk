# SPDX-License-Identifier: Apache-2.0
# How each library is built; `build` calls it with WORK (sources in WORK/src) and PREFIX. One
# target per library, with its dependencies, so that make fills all processors.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:

recipes := $(dir $(lastword $(MAKEFILE_LIST)))
machine := $(shell uname -m)
musl_gcc := $(PREFIX)/bin/musl-gcc

# OpenSSL writes its compiler and flags into the library: they must not name a folder. So every
# flag that does is inside this wrapper, and PATH leads to it.
CC := deps-cc
export PATH := $(WORK)/bin:$(PATH)
export SOURCE_DATE_EPOCH := 0
export PKG_CONFIG_LIBDIR := $(PREFIX)/lib/pkgconfig
export PKG_CONFIG_PATH :=
unexport CFLAGS CPPFLAGS CXXFLAGS LDFLAGS LIBS

# Sections let the linker drop what nothing refers to; nobody unwinds C.
CFLAGS := -O2 -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-strict-aliasing

log = exec >$(WORK)/log/$@ 2>&1 </dev/null; set -x
src = $(WORK)/src/$@
license = cp $(src)/$(1) $(PREFIX)/licenses/$@

configure = CC=$(CC) CFLAGS="$(CFLAGS)" ./configure --prefix=$(PREFIX)
autotools = $(configure) --disable-shared --enable-static --disable-dependency-tracking --with-pic=no

cmake = cmake -G "Unix Makefiles" -B $(WORK)/build/$@ \
	-DCMAKE_C_COMPILER=$(WORK)/bin/$(CC) -DCMAKE_C_FLAGS="$(CFLAGS)" -DCMAKE_BUILD_TYPE=None \
	-DCMAKE_INSTALL_PREFIX=$(PREFIX) -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_FIND_ROOT_PATH=$(PREFIX) \
	-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY \
	-DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTING=OFF
cmake_install = $(MAKE) -C $(WORK)/build/$@ install

libraries := openssl curl nghttp2 libarchive zlib libzstd libdeflate libyaml pcre2 mimalloc
.PHONY: all musl $(libraries)
all: $(libraries)
$(libraries): musl

# The C library itself: pinned too, so that the result does not depend on the machine's musl, and
# 1.2.5 knows relative relocations (a smaller static-pie) and asks DNS over TCP when it must.
musl:
	echo "deps: $@" >&2; $(log)
	cd $(src)
	CC=gcc CFLAGS="-ffile-prefix-map=$(src)=." ./configure --prefix=$(PREFIX) --disable-shared \
		--enable-wrapper=gcc --syslibdir=$(PREFIX)/lib
	$(MAKE) install
	$(call license,COPYRIGHT)
	ln -s /usr/include/linux /usr/include/asm-generic \
		"/usr/include/$$(gcc -print-multiarch)/asm" $(PREFIX)/include/
	$(musl_gcc) -O2 -fPIE -c -Wall -Wextra -Werror -o $(PREFIX)/lib/relro.o $(recipes)relro.c
	$(musl_gcc) -O2 -fPIE -ffreestanding -c -Wall -Wextra -Werror -o $(PREFIX)/lib/strings.o \
		$(recipes)strings.c
	mkdir -p $(WORK)/bin
	printf '#!/bin/sh\nexec %s -static-pie -ffile-prefix-map=%s=. -ffile-prefix-map=%s=. "$$@"\n' \
		$(musl_gcc) $(WORK) $(PREFIX) >$(WORK)/bin/$(CC)
	chmod +x $(WORK)/bin/$(CC)

# What is left speaks TLS 1.2 and 1.3 with AES-GCM or ChaCha20, and RSA, ECDSA or Ed25519.
openssl_no := shared pic tests docs apps engine legacy module dso comp afalgeng quic cms ts srp psk \
	dtls sctp ssl3 tls1 tls1_1 weak-ssl-ciphers md4 mdc2 rc2 rc4 rc5 idea seed cast bf camellia \
	aria sm2 sm3 sm4 whirlpool rmd160 blake2 siphash siv gost dsa des ec2m srtp ct cmp \
	rfc3779 nextprotoneg static-engine ui-console uplink argon2 ml-dsa ml-kem slh-dsa ocb \
	ssl-trace autoload-config unit-test integrity-only-ciphers tls-deprecated-ec http ocsp \
	deprecated

# Nothing is loaded at run time: the folders for it would only be paths of this machine.
openssl_folders := ENGINESDIR=/nonexistent MODULESDIR=/nonexistent

openssl:
	echo "deps: $@" >&2; $(log)
	cd $(src)
	CC=$(CC) CFLAGS="$(CFLAGS)" perl ./Configure linux-$(machine) threads \
		$(addprefix no-,$(openssl_no)) --prefix=$(PREFIX) --libdir=lib --openssldir=/etc/ssl
	$(MAKE) build_libs $(openssl_folders)
	$(MAKE) install_dev $(openssl_folders)
	$(call license,LICENSE.txt)

zlib:
	echo "deps: $@" >&2; $(log)
	cd $(src)
	$(configure) --static
	$(MAKE) libz.a
	$(MAKE) install
	$(call license,LICENSE)

libzstd:
	echo "deps: $@" >&2; $(log)
	cd $(src)/lib
	$(MAKE) install-static install-includes install-pc PREFIX=$(PREFIX) CC=$(CC) CFLAGS="$(CFLAGS)" \
		ZSTD_LIB_DICTBUILDER=0 ZSTD_LIB_DEPRECATED=0 ZSTD_LEGACY_SUPPORT=0
	$(call license,LICENSE)

# Only what unpacks gzip, so that no version's own way to build it matters: 1.14 has a makefile, later
# ones CMake. One of the files about processors comes to nothing on each of them.
libdeflate:
	echo "deps: $@" >&2; $(log)
	cd $(src)/lib
	for part in utils crc32 deflate_decompress gzip_decompress x86/cpu_features arm/cpu_features; do
		$(CC) $(CFLAGS) -I.. -c $$part.c -o $${part//\//_}.o
	done
	ar rcsD $(PREFIX)/lib/libdeflate.a *.o
	cp ../libdeflate.h $(PREFIX)/include/
	$(call license,COPYING)

# The allocator. musl's gives what is freed back to the kernel at once, page by page, and asks for it
# again: a third of the time of a command that renders charts. With MI_SECURE it guards its pages,
# encodes its lists and knows a block that is freed twice. Only with __USE_ISOC11, which is glibc's, is
# aligned_alloc its own.
mimalloc:
	echo "deps: $@" >&2; $(log)
	cd $(src)
	$(CC) $(CFLAGS) -DNDEBUG -DMI_SECURE=4 -DMI_MALLOC_OVERRIDE=1 -D_DEFAULT_SOURCE -D__USE_ISOC11=1 \
		-fno-builtin-malloc -ftls-model=local-exec -fvisibility=hidden -Iinclude \
		-c src/static.c -o $(PREFIX)/lib/mimalloc.o
	$(call license,LICENSE)

libarchive: zlib libzstd
	echo "deps: $@" >&2; $(log)
	cd $(src)
	CPPFLAGS=-I$(PREFIX)/include LDFLAGS=-L$(PREFIX)/lib $(autotools) \
		--disable-bsdtar --disable-bsdcat --disable-bsdcpio --disable-bsdunzip --disable-acl \
		--disable-xattr --without-bz2lib --without-libb2 --without-iconv --without-lz4 \
		--without-lzma --without-lzo2 --without-cng --without-mbedtls --without-nettle \
		--without-openssl --without-xml2 --without-expat --without-libiconv-prefix
	$(MAKE) libarchive.la
	$(MAKE) install
	$(call license,COPYING)

libyaml:
	echo "deps: $@" >&2; $(log)
	$(cmake) -S $(src)
	$(cmake_install)
	$(call license,License)

# Patterns are short and run under a match limit: the compiler to machine code is not worth
# its size and its writable, executable pages.
pcre2:
	echo "deps: $@" >&2; $(log)
	cd $(src)
	$(autotools) --enable-unicode --disable-jit --disable-pcre2grep-libz --disable-pcre2grep-libbz2
	$(MAKE) libpcre2-8.la
	$(MAKE) install-libLTLIBRARIES install-nodist_includeHEADERS install-pkgconfigDATA \
		lib_LTLIBRARIES=libpcre2-8.la
	cp LICEN*E* $(PREFIX)/licenses/$@

nghttp2:
	echo "deps: $@" >&2; $(log)
	$(cmake) -S $(src) -DENABLE_LIB_ONLY=ON -DBUILD_STATIC_LIBS=ON -DENABLE_DOC=OFF
	$(cmake_install)
	$(call license,COPYING)

# http and https, through http, https and SOCKS proxies; names are looked up in a thread, so that
# the transfer loop never blocks. The application says which CA it trusts.
curl: openssl nghttp2 zlib
	echo "deps: $@" >&2; $(log)
	cd $(src)
	CPPFLAGS=-I$(PREFIX)/include LDFLAGS=-L$(PREFIX)/lib $(autotools) \
		--with-openssl --with-nghttp2 --with-zlib --enable-http --enable-proxy --enable-ipv6 \
		--enable-threaded-resolver --without-ca-bundle --without-ca-path --without-ca-fallback \
		--without-brotli --without-zstd --without-libpsl --without-libidn2 --without-librtmp \
		--without-libssh2 --without-libgsasl --without-zsh-functions-dir \
		--without-fish-functions-dir --disable-docs --disable-manual --disable-libcurl-option \
		$(addprefix --disable-,ares ftp file ldap ldaps rtsp dict telnet tftp pop3 imap smb smtp \
			gopher mqtt ipfs ntlm kerberos-auth negotiate-auth digest-auth aws tls-srp alt-svc hsts \
			cookies netrc doh websockets form-api mime progress-meter sha512-256 ssls-export unix-sockets)
	$(MAKE) -C lib libcurl.la
	$(MAKE) -C lib install-libLTLIBRARIES
	$(MAKE) -C include install
	$(MAKE) install-pkgconfigDATA
	$(call license,COPYING)
