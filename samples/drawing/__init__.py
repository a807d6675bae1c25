"""The drawings behind the sample icons: shapes, a canvas to paint them on, and a module per group of families."""
