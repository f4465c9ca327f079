# SPDX-License-Identifier: Apache-2.0
"""The program behind tests/run: what it needs, the parts in their order, the sum of their counts."""
