def send(user, text):
    print(user.name, text)
