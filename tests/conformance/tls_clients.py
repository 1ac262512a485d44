"""What charge points connect with that know only some of TLS."""

import ssl

import pytest

from tests.app.secure import SecureServer


def context_for(secure: SecureServer, suite: str, *certificate: str) -> ssl.SSLContext:
    context = secure.authority.client(*certificate)
    context.set_ciphers(suite)
    return context


def older_than_1_2(secure: SecureServer) -> ssl.SSLContext:
    context = context_for(secure, "ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
