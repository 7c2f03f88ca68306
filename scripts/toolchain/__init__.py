"""What a clean clone needs besides Python and git: uv, Python 3.13, environments, Terraform and its provider.

Standard library only, and any Python from 3.9: it runs before anything is installed.
"""
