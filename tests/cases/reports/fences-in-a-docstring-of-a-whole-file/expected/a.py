def f():
    """Do.

    ```
    f()
    ```
    """
    return 2
