"""Names of the symbologies that wallets can show."""

from gateway.imin.documents.pass_vocabulary import BarcodeSymbology

GOOGLE = {
    BarcodeSymbology.QR: "QR_CODE",
    BarcodeSymbology.CODE_128: "CODE_128",
    BarcodeSymbology.AZTEC: "AZTEC",
    BarcodeSymbology.PDF_417: "PDF_417",
    BarcodeSymbology.DATA_MATRIX: "DATA_MATRIX",
    BarcodeSymbology.EAN_13: "EAN_13",
    BarcodeSymbology.EAN_8: "EAN_8",
    BarcodeSymbology.CODE_39: "CODE_39",
}
"""Google's names. It shows Interleaved 2 of 5 with 14 digits only, so that one is left out."""

APPLE = {
    BarcodeSymbology.QR: "PKBarcodeFormatQR",
    BarcodeSymbology.PDF_417: "PKBarcodeFormatPDF417",
    BarcodeSymbology.AZTEC: "PKBarcodeFormatAztec",
    BarcodeSymbology.CODE_128: "PKBarcodeFormatCode128",
}
"""Apple's names."""
