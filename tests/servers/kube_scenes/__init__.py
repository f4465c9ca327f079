# SPDX-License-Identifier: Apache-2.0
"""The scenes of kube_api.py, by what they are about; scene.py is what all have in common."""
