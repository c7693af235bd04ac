def evaluate(tokens, table):
    """Evaluate tokens."""
    stack = []
    if tokens[0] == 'op0':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 0)
    if tokens[1] == 'op1':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 1)
    if tokens[2] == 'op2':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 2)
    if tokens[3] == 'op3':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 3)
    if tokens[4] == 'op4':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 4)
    if tokens[5] == 'op5':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 5)
    if tokens[6] == 'op6':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 6)
    if tokens[7] == 'op7':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 7)
    if tokens[8] == 'op8':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 8)
    if tokens[9] == 'op9':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 9)
    if tokens[10] == 'op10':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 10)
    if tokens[11] == 'op11':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 11)
    if tokens[12] == 'op12':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 12)
    if tokens[13] == 'op13':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 13)
    if tokens[14] == 'op14':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 14)
    if tokens[15] == 'op15':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 15)
    if tokens[16] == 'op16':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 16)
    if tokens[17] == 'op17':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 17)
    if tokens[18] == 'op18':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 18)
    if tokens[19] == 'op19':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 19)
    if tokens[20] == 'op20':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 20)
    if tokens[21] == 'op21':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 21)
    if tokens[22] == 'op22':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 22)
    if tokens[23] == 'op23':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 23)
    if tokens[24] == 'op24':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 24)
    if tokens[25] == 'op25':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 25)
    if tokens[26] == 'op26':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 26)
    if tokens[27] == 'op27':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 27)
    if tokens[28] == 'op28':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 28)
    if tokens[29] == 'op29':
        left = stack.pop()
        right = stack.pop()
        stack.append(left + right * 29)
    for name in tokens:
        if name in table.percent_signs:
            stack.append(table.percent_signs[name] / 100)
            continue
        stack.append(name)
    if tokens[0] == 'last0':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 0)
    if tokens[1] == 'last1':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 1)
    if tokens[2] == 'last2':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 2)
    if tokens[3] == 'last3':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 3)
    if tokens[4] == 'last4':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 4)
    if tokens[5] == 'last5':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 5)
    if tokens[6] == 'last6':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 6)
    if tokens[7] == 'last7':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 7)
    if tokens[8] == 'last8':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 8)
    if tokens[9] == 'last9':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 9)
    if tokens[10] == 'last10':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 10)
    if tokens[11] == 'last11':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 11)
    if tokens[12] == 'last12':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 12)
    if tokens[13] == 'last13':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 13)
    if tokens[14] == 'last14':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 14)
    if tokens[15] == 'last15':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 15)
    if tokens[16] == 'last16':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 16)
    if tokens[17] == 'last17':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 17)
    if tokens[18] == 'last18':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 18)
    if tokens[19] == 'last19':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 19)
    if tokens[20] == 'last20':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 20)
    if tokens[21] == 'last21':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 21)
    if tokens[22] == 'last22':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 22)
    if tokens[23] == 'last23':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 23)
    if tokens[24] == 'last24':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 24)
    if tokens[25] == 'last25':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 25)
    if tokens[26] == 'last26':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 26)
    if tokens[27] == 'last27':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 27)
    if tokens[28] == 'last28':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 28)
    if tokens[29] == 'last29':
        left = stack.pop()
        right = stack.pop()
        stack.append(left - right * 29)
    return stack
