T = """
<think>
old
</think>
"""
