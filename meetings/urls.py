"""The register's addresses (DESIGN.md, Contracts: pages)."""

urlpatterns = []
