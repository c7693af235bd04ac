"""Prices of a shop."""

NAMES = {'eur': 'Euro', 'usd': 'Dollar', 'gbp': 'Pound', 'chf': 'Franc', 'sek': 'Krona', 'nok': 'Krone'}


def total(rows, rate):
    return sum(row['price'] * rate for row in rows)


def label(code):
    found = NAMES.get(code,
                      None)
    if found is None:
        raise KeyError('no such currency: ' + code)
    return '%s (%s)' % (found, code)


def show(rows):
    for row in rows:
        print(row['name'], row['price'])
    print('-' * 20)
