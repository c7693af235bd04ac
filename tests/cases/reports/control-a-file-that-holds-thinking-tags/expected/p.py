T = """
<think>
new
</think>
"""
