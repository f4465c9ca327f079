// SPDX-License-Identifier: Apache-2.0
// A key that is used for nothing else, and what kubeseal v0.27.1 sealed for it.
#ifndef SUPPORT_SEAL_H
#define SUPPORT_SEAL_H

static const char seal_test_cert[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIC4TCCAcmgAwIBAgIUGxBXMGidVknTjGIj+gTE+5CL4EAwDQYJKoZIhvcNAQEL\n"
    "BQAwADAeFw0yNjExMjcxMTI4MjlaFw0zNjExMjQxMTI4MjlaMAAwggEiMA0GCSqG\n"
    "SIb3DQEBAQUAA4IBDwAwggEKAoIBAQDPY5F4A+sL898DbiPv3XEOdMktQkf7Na30\n"
    "K4Mn/B5wZAy4tCW7r98kJwyx2OsI5gJWtkIET4459m2XUjDb0iV7xgFluOw0+Ody\n"
    "HvtYbIFohYVXOxImxkpX8FnxbaDe7g2H8e66r1eiTc8lsGzMxv0YZL0oru9Zbr5q\n"
    "86T11khmxX+cp99swrsVOtyDKPwNghe5go8E9CJDTweGOlb1yCAcS26+ruNlCPZU\n"
    "BIPVtitbiQnxHtH/+/0qsWteYItPXL0xQszwY1QmTzcSHIWwEN3CxJaPY1TnCxHD\n"
    "wn0oJ6SAwsvA7ZA7foOMnYXPnvWBcseyro3y/N3u572nWP5xaGBJAgMBAAGjUzBR\n"
    "MB0GA1UdDgQWBBT39PurG56kmIjoB+1zMbPcScbAiTAfBgNVHSMEGDAWgBT39Pur\n"
    "G56kmIjoB+1zMbPcScbAiTAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUA\n"
    "A4IBAQAud+O+XqlcpIRA56o24r9gum6Mdrn5v2nqftCbBtTUQ+tnKAdR4OqBRvqB\n"
    "e9pFil/iuXjf2UjGkWmC0giOZHVjVk8gydnk/NNmLRm+nzeZVPEcr4SUzsRP6UH+\n"
    "frdMrY4R+V4BuCKbkOVJI9Njdrgpza8/hG1xTD+yeA0gtx5liS6J8VSvI69skSIS\n"
    "YBoH/hDmYFafVo0ZefG/Zez+4/IzGi+fH1YBmTwf4oD7u86UsazMl+6uLp7FYtkk\n"
    "/nc84XzoeQD+G9/m04i5QTuS0flXghOnCrBjwrUcX+KADjevYn6EtIMvyxMu0cHh\n"
    "IMMjrK4S8VFGF2HM4B/fFrYzuGQr\n"
    "-----END CERTIFICATE-----\n";

static const char seal_test_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDPY5F4A+sL898D\n"
    "biPv3XEOdMktQkf7Na30K4Mn/B5wZAy4tCW7r98kJwyx2OsI5gJWtkIET4459m2X\n"
    "UjDb0iV7xgFluOw0+OdyHvtYbIFohYVXOxImxkpX8FnxbaDe7g2H8e66r1eiTc8l\n"
    "sGzMxv0YZL0oru9Zbr5q86T11khmxX+cp99swrsVOtyDKPwNghe5go8E9CJDTweG\n"
    "Olb1yCAcS26+ruNlCPZUBIPVtitbiQnxHtH/+/0qsWteYItPXL0xQszwY1QmTzcS\n"
    "HIWwEN3CxJaPY1TnCxHDwn0oJ6SAwsvA7ZA7foOMnYXPnvWBcseyro3y/N3u572n\n"
    "WP5xaGBJAgMBAAECggEABAcfhqYGKnZt5jpSjrCNfGXj7bHusErTxOe+xYfd1s9N\n"
    "TfMLE+ZFCQXhzGcgSCJ2I3/+WpNppDzh1lay0I94HztyayrYb5Ob+c6Z5sGTZoJy\n"
    "sLCFguTxVwbkgE4MRKLOoXgfQQHxy5sDmGxLmKiOttVnX8MSA/nPefKfHrqEL8wX\n"
    "hmFRdPYFxRe8X+8RivDIKbGMlMzT51PR22CTkR0d0rrnH53flY6C8MUXqI9Qn9oy\n"
    "7i/6wrLg+t0wXivrX2y08iwF2nQvgyOnYt3Cn1auzZ69KqlhvvRuBnOJy08fO0hf\n"
    "620RgbhE0m8n+3K+Lv+HAWe898hEiVdiP5E6iIMbLwKBgQD4FTSjO4GhyizjXwII\n"
    "qw1XVDHUcSCdVLuWqWmbGODjChqPehjOFq3oMwHjDKQtsSAC44fWz5CFRFwhXONn\n"
    "o3h8PX5kRQdUD+oM6QN/VkVctTTqsP5gLEQss9TMbBpEESz2XEJIEwLxoyhJnSVP\n"
    "aGjJ3R6H2/x5Crdsuva2DppjKwKBgQDWAeaDXk+Ij01eNNtmKKJRv3G5q08rvB2L\n"
    "PMyn0AchNmG1S7F/HMrZLRrPppUfHpiaoq0D1dFnQgvU2CqrMdvu2aCJSj282JUg\n"
    "zduMruB+Rt+pcRKUdOJAf3lBiuTO347A4or7K2CLKrpOJLhF6Tqpz4NpcSjBn0CF\n"
    "sf60goVgWwKBgHFpAE8+/NwBmNO4sy1TRR4PF1iO/uHtwnP1rpmAng4sqEe/AWf1\n"
    "ZjsoVkx9kvBwcLnhWlARQ3go8BUwaaUPTh0933HnPJppTA3q1/Z2ce8Xx8EieKdu\n"
    "lRv6eeWZ5cgIMg3Nz18zkbz1YY2FkXDjwkPGGhbxslGDXKcQMYi41EtRAoGBAL9d\n"
    "Za406DO5yLoj08iPL06gPWaEnEAEb/qw/GRW7fkx8r82F1sN+QmofqAOWqxAJL+q\n"
    "FcInMZ/+/CtwvP7mj78OVbJOc9RpazixO9CaE953K8sNdErSFfsMwfXs6Ftgpvst\n"
    "2I9uo17ubzgvN6Q0QSPVjrH74TD6YazrlFH/oJqfAoGAOlEO7YYgx3Ac4apaPycb\n"
    "ljVQljgSOKcfns8m6jhwQ7u+c0zgsDEhiGcUZq6+MAakRlgCFp4iHMKYRKGeb5eW\n"
    "Q2hoKTA6t6ueIv4yrx+gnCJicl0RXg+7njwUnHHnEOnQTepaYwrKMZg1onL9i7LE\n"
    "6il7qH9IN0rSTsA8UZtcvTU=\n"
    "-----END PRIVATE KEY-----\n";

// "open sesame" for Secret team/login, scope strict.
static const char seal_test_value[] =
    "AQBO2cB/5m2IT412Whq0RAWRRZALLWdtyeOPbiZX7btPzTP2TR/d6qOTisddxvVlC1M4cYs1lDyhcfJ4"
    "pOlLk8FDjhcHgIm4bgrtDOPK0W/4l9yGnTz+aIU20vd1MMNudIBlr9fTxm/G+/PS1Dlm2iA2k6Q7SXiu"
    "EVzbilDFuQnU6/J4JeDHVtpYs6ILO45lLZzRlbqh0QNqVy4TD3sC5YErT1z664hYFuavWDC9pibQA265"
    "FXaqNlGDMJX0AdhoYn+QY79HYhAZJ1JaMqfZpB4vFkfe/zRJV/vwmgi+BkCnRHZ7x0iBS5Z655hjpsVe"
    "3fmH4gZ5Idtam8kshGsy3r9G+iEu3zCVM2AwAR+q2eOSmW5kC3IfG71f8osz";

#endif
