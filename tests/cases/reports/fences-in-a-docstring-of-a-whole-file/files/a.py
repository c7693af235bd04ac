def f():
    """Do.

    ```
    f()
    ```
    """
    return 1
