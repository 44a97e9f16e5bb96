"""Dutch collection law as plain functions on Decimal: nothing of Odoo in here.

Where to read which article:

======================================================  =====================
out-of-court costs: 6:96 lid 2 to 7 BW, BIK, 242 Rv     :mod:`.costs`
the notice of costs and its term: 6:96 lid 6 BW, Atw    :mod:`.notice`
the sentence in that notice that sets the term          :mod:`.wording`
when a payment is late: 6:81 to 6:83, 6:119a lid 2-6    :mod:`.terms`
interest: 6:119, 6:119a, 6:119b, 6:120 BW, 303 Fw       :mod:`.interest`
what a payment pays: 6:43, 6:44 BW, 29 OB               :mod:`.imputation`
limitation: 3:306 to 3:326, 7:28 BW                     :mod:`.limitation`
when a debtor may be approached: 4.2 Bki                :mod:`.window`
holidays and working days: 1 and 3 Atw                  :mod:`.calendar`
court fees, salaries, bailiff: Wgbz, 237 Rv, Btag       :mod:`.court`
payment references and codes                            :mod:`.references`
======================================================  =====================

The numbers of the law are dated data in :mod:`.tables`; every result explains itself
in the steps of :mod:`.steps`, put into words by :mod:`.texts`. The calculator of
:mod:`.commands` runs as ``python3 -m law`` in the folder above this one.
"""
