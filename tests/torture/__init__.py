# SPDX-License-Identifier: Apache-2.0
"""Nasty YAML for sandstrap and kustomize: each piece in each position, and what the two make of it."""
