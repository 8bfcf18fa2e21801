"""The one flow: put every requirement in force to the definitions and to the dossiers.

    requirements in force -> questions -> answers -> findings, open items, tallies

Nothing is decided here but who is asked what, and when: rules answer, the engine counts,
`judgement.grade` grades. A rule that crashes becomes one entry of `failures`; the others run.
"""
